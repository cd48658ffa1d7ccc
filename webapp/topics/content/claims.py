"""Published figures, each with what must be known to read it rightly. The wall shows all of them, in this order."""

from .schema import Claim

_ALL = (
    Claim(
        "accuracy",
        "92% accuracy",
        "A model adapted by PEFT diagnosed rare conditions with 92% accuracy.",
        "healthcare-story",
        "No data, test set or interval was published, and neither was how often a rare condition was missed.",
        ("adaptation",),
    ),
    Claim(
        "improvement",
        "30% better than base",
        "The adapted model did 30% better than the base model.",
        "healthcare-story",
        "Percent or percentage points is not said. It is judged here as relative improvement, points told beside it.",
        ("adaptation",),
    ),
    Claim(
        "compute",
        "80% less compute",
        "The adapter took 80% less computational cost than full fine-tuning.",
        "healthcare-story",
        "What was counted is not said. LoRA saves memory and optimizer state; each step still runs the whole model "
        "forward and most of it backward, so counted operations fall far less than 80%.",
        ("adaptation",),
    ),
    Claim(
        "finance-accuracy",
        "+15% factual accuracy",
        "Self-consistency lifted factual accuracy on complex product questions by 15% with no training.",
        "finance-story",
        "Samples per question, test set and the meaning of 15% are not said. Free-text answers have to be reduced to "
        "something countable before a vote.",
        ("test_time", "test-time"),
    ),
    Claim(
        "self-consistency-gsm8k",
        "+17.9 points",
        "On GSM8K, voting over 40 sampled chains took PaLM-540B from 56.5% to 74.4%.",
        "self-consistency",
        "A 540-billion-parameter model at 40 times the compute; small models gained much less. The "
        "other tasks that its abstract names gained 3.9 to 12.2 points.",
        ("test_time", "test-time"),
    ),
    Claim(
        "adaptive-consistency-samples",
        "up to 7.9x fewer samples",
        "Stopping once the vote is settled needed up to 7.9 times fewer samples, with accuracy down by under 0.1%.",
        "adaptive-consistency",
        "7.9 is the best of 17 datasets; the mean was about 3.3. The saving depends on how many questions are easy, "
        "and rounds take longer than samples drawn at once.",
        ("test_time", "test-time"),
    ),
    Claim(
        "compute-optimal-best-of-n",
        "over 4x better than best-of-N",
        "Choosing the strategy by a question's difficulty reached best-of-N's accuracy with over 4 times less compute.",
        "compute-optimal",
        "Measured with PaLM 2-S* on MATH and a trained step scorer; the cost of estimating the difficulty is not "
        "counted.",
        ("test_time", "test-time"),
    ),
    Claim(
        "compute-optimal-14x",
        "beats a 14x larger model",
        "At equal total compute, a small model with search beat one 14 times larger on questions it sometimes solves.",
        "compute-optimal",
        "Not on the hardest questions, and not when many answers are served: then the larger model was the better buy.",
        ("test_time", "test-time"),
    ),
    Claim(
        "process-supervision-math",
        "78.2% on a MATH subset",
        "Picking among 1,860 samples with a step-by-step reward model solved 78.2%; one trained on outcomes 72.4%.",
        "process-supervision",
        "500 problems, a model of GPT-4's family and 800,000 human labels of single steps. Majority voting reached "
        "69.6% without any of them.",
        ("reward", "test_time"),
    ),
    Claim(
        "lora-parameters",
        "10,000x fewer parameters",
        "LoRA on GPT-3 175B trained about one parameter in 10,000.",
        "lora",
        "Parameters that are trained, not work that is done. The ratio grows with model size and shrinks with rank: "
        "at rank 8 on query and value, a model of 135M parameters has 292 times as many as its adapter.",
        ("adaptation", "sft"),
    ),
    Claim(
        "lora-memory",
        "3x less memory",
        "Training GPT-3 175B with LoRA took 350 GB of device memory instead of 1.2 TB.",
        "lora",
        "What falls away is gradients and Adam's two moments. With long contexts activations dominate, and the ratio "
        "falls.",
        ("adaptation", "sft"),
    ),
    Claim(
        "deepseekmath",
        "51.7% on MATH",
        "A 7B model trained with GRPO solved 51.7% of MATH with neither tools nor voting.",
        "grpo",
        "GRPO itself added 4.9 points to 46.8%; most of the rest comes from 120 billion tokens of mathematical "
        "pretraining. Voting over 64 samples gave 60.9%.",
        ("grpo",),
    ),
    Claim(
        "orpo-alpaca",
        "12.2% on AlpacaEval 2.0",
        "Mistral 7B after one ORPO run won 12.2% against the reference answers and scored 7.32 on MT-Bench.",
        "orpo",
        "The judge is a model that likes long answers, and this figure is not corrected for length.",
        ("dpo",),
    ),
    Claim(
        "rlaif-parity",
        "71% against 73%",
        "People preferred summaries trained on AI labels to the SFT model's in 71% of cases, on human labels in 73%.",
        "rlaif",
        "The two are too close to be told apart. The labelling model was larger than the one it taught, and the "
        "guidelines were tuned to agree with people.",
        ("rlaif",),
    ),
    Claim(
        "instructgpt-preferred",
        "1.3B preferred to 175B",
        "People preferred a 1.3B model after RLHF to GPT-3 with 175B, over 100 times its size.",
        "instructgpt",
        "Preferred on prompts of one product's users by about 40 hired raters; it knew no more, it followed "
        "instructions better.",
        ("reward", "ppo"),
    ),
    Claim(
        "distilbert",
        "40% smaller, 60% faster, 97% kept",
        "A distilled BERT kept 97% of its teacher's GLUE score with 40% fewer parameters and 60% more speed.",
        "distilbert",
        "An encoder that classifies, not a model that writes; it was distilled during pretraining, on "
        "general text, and fine-tuned for each task after that.",
        ("distill",),
    ),
)

CLAIMS: dict[str, Claim] = {one.key: one for one in _ALL}
