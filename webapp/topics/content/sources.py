"""Where the figures and methods come from, and what of each was read, on which day.

Papers were read in public copies of their abstracts and passages, as the publishers' own pages could not be reached.
"""

from datetime import date

from .schema import Source

_READ = date(2026, 11, 22)

_ABSTRACT = "abstract"
_PASSAGE = "abstract and the passage with the figures"
_FIGURES = "abstract, and its figures where others quote them,"
_QUOTED = "number of items as others quote it,"


def _paper(key: str, number: str, year: int, authors: str, title: str, part: str = "") -> Source:
    return Source(key, title, authors, year, f"https://arxiv.org/abs/{number}", part, _READ if part else None)


_ALL = (
    _paper(
        "survey",
        "2502.21321",
        2025,
        "Kumar and others",
        "LLM Post-Training: A Deep Dive into Reasoning Large Language Models",
    ),
    # fine-tuning
    _paper("flan", "2109.01652", 2021, "Wei and others", "Finetuned Language Models Are Zero-Shot Learners"),
    _paper("lima", "2305.11206", 2023, "Zhou and others", "LIMA: Less Is More for Alignment"),
    _paper("lora", "2106.09685", 2021, "Hu and others", "LoRA: Low-Rank Adaptation of Large Language Models", _PASSAGE),
    _paper("qlora", "2305.14314", 2023, "Dettmers and others", "QLoRA: Efficient Finetuning of Quantized LLMs", _ABSTRACT),
    _paper("dora", "2402.09353", 2024, "Liu and others", "DoRA: Weight-Decomposed Low-Rank Adaptation"),
    _paper("prompt-tuning", "2104.08691", 2021, "Lester and others", "The Power of Scale for Parameter-Efficient Prompt Tuning"),
    _paper("ia3", "2205.05638", 2022, "Liu and others", "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning"),
    _paper("distillation", "1503.02531", 2015, "Hinton, Vinyals, Dean", "Distilling the Knowledge in a Neural Network"),
    _paper("distilbert", "1910.01108", 2019, "Sanh and others", "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter", _ABSTRACT),
    # reinforcement learning
    _paper("instructgpt", "2203.02155", 2022, "Ouyang and others", "Training language models to follow instructions with human feedback", _FIGURES),
    _paper("ppo", "1707.06347", 2017, "Schulman and others", "Proximal Policy Optimization Algorithms"),
    _paper("dpo", "2305.18290", 2023, "Rafailov and others", "Direct Preference Optimization: Your Language Model is Secretly a Reward Model"),
    _paper("ipo", "2310.12036", 2023, "Azar and others", "A General Theoretical Paradigm to Understand Learning from Human Preferences"),
    _paper("kto", "2402.01306", 2024, "Ethayarajh and others", "KTO: Model Alignment as Prospect Theoretic Optimization"),
    _paper("orpo", "2403.07691", 2024, "Hong, Lee, Thorne", "ORPO: Monolithic Preference Optimization without Reference Model", _ABSTRACT),
    _paper("rloo", "2402.14740", 2024, "Ahmadian and others", "Back to Basics: Revisiting REINFORCE Style Optimization for Learning from Human Feedback in LLMs"),
    _paper("grpo", "2402.03300", 2024, "Shao and others", "DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models", _FIGURES),
    _paper("r1", "2501.12948", 2025, "DeepSeek-AI", "DeepSeek-R1: Incentivizing Reasoning Capability in LLMs via Reinforcement Learning"),
    _paper("rlaif", "2309.00267", 2023, "Lee and others", "RLAIF vs. RLHF: Scaling Reinforcement Learning from Human Feedback with AI Feedback", _PASSAGE),
    _paper("constitutional", "2212.08073", 2022, "Bai and others", "Constitutional AI: Harmlessness from AI Feedback"),
    _paper("overoptimisation", "2210.10760", 2022, "Gao, Schulman, Hilton", "Scaling Laws for Reward Model Overoptimization"),
    # test-time scaling
    _paper("cot", "2201.11903", 2022, "Wei and others", "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models"),
    _paper("self-consistency", "2203.11171", 2022, "Wang and others", "Self-Consistency Improves Chain of Thought Reasoning in Language Models", _FIGURES),
    _paper("adaptive-consistency", "2305.11860", 2023, "Aggarwal and others", "Let's Sample Step by Step: Adaptive-Consistency for Efficient Reasoning and Coding with LLMs", _PASSAGE),
    _paper("compute-optimal", "2408.03314", 2024, "Snell and others", "Scaling LLM Test-Time Compute Optimally can be More Effective than Scaling Model Parameters", _ABSTRACT),
    _paper("process-supervision", "2305.20050", 2023, "Lightman and others", "Let's Verify Step by Step", _FIGURES),
    _paper("tot", "2305.10601", 2023, "Yao and others", "Tree of Thoughts: Deliberate Problem Solving with Large Language Models"),
    _paper("bon", "2009.01325", 2020, "Stiennon and others", "Learning to summarize from human feedback"),
    _paper("monkeys", "2407.21787", 2024, "Brown and others", "Large Language Monkeys: Scaling Inference Compute with Repeated Sampling"),
    # benchmarks
    _paper("gsm8k", "2110.14168", 2021, "Cobbe and others", "Training Verifiers to Solve Math Word Problems", _QUOTED),
    _paper("math", "2103.03874", 2021, "Hendrycks and others", "Measuring Mathematical Problem Solving With the MATH Dataset", _QUOTED),
    _paper("mmlu", "2009.03300", 2020, "Hendrycks and others", "Measuring Massive Multitask Language Understanding", _QUOTED),
    _paper("gpqa", "2311.12022", 2023, "Rein and others", "GPQA: A Graduate-Level Google-Proof Q&A Benchmark", _ABSTRACT),
    _paper("bbh", "2210.09261", 2022, "Suzgun and others", "Challenging BIG-Bench Tasks and Whether Chain-of-Thought Can Solve Them", _QUOTED),
    _paper("strategyqa", "2101.02235", 2021, "Geva and others", "Did Aristotle Use a Laptop? A Question Answering Benchmark with Implicit Reasoning Strategies", _ABSTRACT),
    _paper("arc", "1803.05457", 2018, "Clark and others", "Think you have Solved Question Answering? Try ARC, the AI2 Reasoning Challenge", _QUOTED),
    _paper("truthfulqa", "2109.07958", 2021, "Lin, Hilton, Evans", "TruthfulQA: Measuring How Models Mimic Human Falsehoods", _QUOTED),
    _paper("humaneval", "2107.03374", 2021, "Chen and others", "Evaluating Large Language Models Trained on Code", _QUOTED),
    _paper("mbpp", "2108.07732", 2021, "Austin and others", "Program Synthesis with Large Language Models", _QUOTED),
    _paper("swe-bench", "2310.06770", 2023, "Jimenez and others", "SWE-bench: Can Language Models Resolve Real-World GitHub Issues?", _QUOTED),
    _paper("ifeval", "2311.07911", 2023, "Zhou and others", "Instruction-Following Evaluation for Large Language Models", _QUOTED),
    _paper("mt-bench", "2306.05685", 2023, "Zheng and others", "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", _ABSTRACT),
    _paper("alpacaeval", "2404.04475", 2024, "Dubois and others", "Length-Controlled AlpacaEval: A Simple Way to Debias Automatic Evaluators", _QUOTED),
    _paper("rewardbench", "2403.13787", 2024, "Lambert and others", "RewardBench: Evaluating Reward Models for Language Modeling", _QUOTED),
    _paper("xstest", "2308.01263", 2023, "Röttger and others", "XSTest: A Test Suite for Identifying Exaggerated Safety Behaviours in Large Language Models", _QUOTED),
    _paper("harmbench", "2402.04249", 2024, "Mazeika and others", "HarmBench: A Standardized Evaluation Framework for Automated Red Teaming and Robust Refusal", _PASSAGE),
    _paper("bbq", "2110.08193", 2021, "Parrish and others", "BBQ: A Hand-Built Bias Benchmark for Question Answering", _QUOTED),
    _paper("mgsm", "2210.03057", 2022, "Shi and others", "Language Models are Multilingual Chain-of-Thought Reasoners", _ABSTRACT),
    _paper("medqa", "2009.13081", 2020, "Jin and others", "What Disease does this Patient Have? A Large-scale Open Domain Question Answering Dataset from Medical Exams", _QUOTED),
    _paper("finqa", "2109.00122", 2021, "Chen and others", "FinQA: A Dataset of Numerical Reasoning over Financial Data", _QUOTED),
    # stories without data
    Source("healthcare-story", "Vendor case study of a healthcare AI enterprise; no data published", "not named", 2025, ""),
    Source("finance-story", "Vendor case study of a financial institution; no data published", "not named", 2025, ""),
)  # fmt: skip

SOURCES: dict[str, Source] = {one.key: one for one in _ALL}
