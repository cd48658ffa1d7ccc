"""The methods that learn from preferences and rewards: what each asks for, gives, costs, and how it fails."""

from .schema import Method, Signal

_POLICY = ("π", "the model in training")
_REFERENCE = ("π₀", "the frozen reference model, usually the one after SFT")
_PAIR = ("y⁺, y⁻", "the better and the worse answer to prompt x")
_BETA = ("β", "how strongly the model is held to the reference")

DPO = Method(
    key="dpo",
    name="DPO",
    long_name="Direct preference optimization",
    advantage="Learns from pairs in one supervised loop: no reward model to train and no sampling while training.",
    relevance="The usual first step after SFT when experts can say which of two answers is better: tone, format, "
    "policy, refusals. It trains like SFT, so the same people and machines can run it.",
    data="Pairs of a better and a worse answer to the same prompt. Hundreds show a direction, thousands change "
    "behaviour; answers sampled from your own model teach more than answers from another one.",
    signals=(Signal.PAIRS,),
    cost_note="About twice an SFT step over the same pairs: four forward passes (two answers, two models) and one "
    "backward pass. Reference scores can be computed once and stored.",
    models_held=("policy", "reference"),
    online=False,
    cost=2,
    care=2,
    hacking=2,
    breaks="Pushes down both answers while the gap grows, so good text becomes unlikely too; favours longer answers; "
    "a small β forgets the reference, and pairs far from what the model itself would write teach little.",
    formula="L = −log σ( β · [ log π(y⁺|x)/π₀(y⁺|x) − log π(y⁻|x)/π₀(y⁻|x) ] )",
    says="Raise the better answer against the worse one, both counted relative to the reference model; the loss "
    "falls as the gap between them grows.",
    symbols=(_POLICY, _REFERENCE, _PAIR, _BETA, ("σ", "the logistic function, from 0 to 1")),
    source="dpo",
    kind="dpo",
    settings=(("loss", "sigmoid"),),
)

IPO = Method(
    key="ipo",
    name="IPO",
    long_name="Identity preference optimization",
    advantage="Aims at a fixed gap between the two answers and then stops pushing, so clear-cut pairs are not "
    "overfitted.",
    relevance="Where the same answer wins every time: policy texts, compliance wording, deterministic labels. DPO "
    "keeps pushing there, IPO does not.",
    data="The same pairs as DPO. It helps most where labels are few or nearly unanimous.",
    signals=(Signal.PAIRS,),
    cost_note="The same passes and memory as DPO; only the loss differs.",
    models_held=("policy", "reference"),
    online=False,
    cost=2,
    care=3,
    hacking=1,
    breaks="Its target gap 1/(2β) has to be tuned anew for each task: too large a β leaves the model unchanged. Log "
    "ratios must be averaged per token, or long answers dominate.",
    formula="L = ( h − 1/(2β) )²,  h = log π(y⁺|x)/π₀(y⁺|x) − log π(y⁻|x)/π₀(y⁻|x)",
    says="Bring the gap between the two answers to one half of one over beta: smaller and larger gaps both cost.",
    symbols=(_POLICY, _REFERENCE, _PAIR, _BETA, ("h", "the gap between the answers' log ratios")),
    source="ipo",
    kind="dpo",
    settings=(("loss", "ipo"),),
)

KTO = Method(
    key="kto",
    name="KTO",
    long_name="Kahneman-Tversky optimization",
    advantage="Needs a thumb up or down on single answers, not pairs, and weighs losses and gains apart.",
    relevance="Fits the feedback that products already collect: resolved tickets, accepted drafts, complaints. No "
    "expert has to compare two texts.",
    data="Single answers marked good or bad; the two sides may be unequal in number, balanced by two weights.",
    signals=(Signal.THUMBS, Signal.PAIRS),
    cost_note="One answer an example, policy and reference; an additional pass per batch estimates the distance to "
    "the reference.",
    models_held=("policy", "reference"),
    online=False,
    cost=2,
    care=3,
    hacking=2,
    breaks="Learns the habits of whoever clicks: marks that depend on the customer and not on the answer become "
    "noise or bias. Small batches make its reference point unsteady.",
    formula="L = λ⁺·(1 − σ(β(r − z)))  for good answers,  λ⁻·(1 − σ(β(z − r)))  for bad ones,  r = log π(y|x)/π₀(y|x)",
    says="Lift marked-good answers above a reference point and push marked-bad ones below it, with a weight for each "
    "side.",
    symbols=(
        _POLICY,
        _REFERENCE,
        _BETA,
        ("z", "the mean distance from the reference model, estimated from the batch"),
        ("λ⁺, λ⁻", "the weights of good and bad answers"),
    ),
    source="kto",
    kind="dpo",
    settings=(("loss", "kto"),),
)

ORPO = Method(
    key="orpo",
    name="ORPO",
    long_name="Odds-ratio preference optimization",
    advantage="Does SFT and preference learning in one run, with no reference model in memory.",
    relevance="When there is one short training window and one device: from a base model to an aligned one in a "
    "single job.",
    data="Pairs whose better answer is good enough to be imitated word for word, since it is also the SFT target.",
    signals=(Signal.PAIRS,),
    cost_note="Two forward passes a pair and one model in memory: cheaper than SFT followed by DPO.",
    models_held=("policy",),
    online=False,
    cost=1,
    care=3,
    hacking=2,
    breaks="Nothing ties it to a reference, so it drifts if the learning rate or the weight λ is high, and mediocre "
    "better answers are copied with all their faults.",
    formula="L = −log π(y⁺|x) − λ · log σ( log odds(y⁺|x) − log odds(y⁻|x) ),  odds = p/(1 − p)",
    says="Imitate the better answer and, in the same step, raise its odds over those of the worse one.",
    symbols=(
        _POLICY,
        _PAIR,
        ("p", "the probability of an answer, averaged per token"),
        ("λ", "weight of the odds term"),
    ),
    source="orpo",
    kind="dpo",
    settings=(("loss", "orpo"),),
)

PPO = Method(
    key="ppo",
    name="PPO",
    long_name="Proximal policy optimization",
    advantage="The best-studied way to follow a learned reward: it explores its own answers, in small clipped steps.",
    relevance="For organisations that own a reward model of their policies and keep improving against it; worth its "
    "weight when the wished behaviour is hard to write down as examples.",
    data="Prompts, and a reward model trained on comparisons (or a checker). No target answers.",
    signals=(Signal.REWARD_MODEL, Signal.CHECKER),
    cost_note="Samples answers at every step and holds four networks: most of the time goes into sampling.",
    models_held=("policy", "reference", "value model", "reward model"),
    online=True,
    cost=5,
    care=5,
    hacking=4,
    breaks="The reward rises while people's ratings fall; the value model lags behind; many settings interact, so "
    "two runs with different seeds can differ more than two methods.",
    formula="J = E[ min( ρA, clip(ρ, 1−ε, 1+ε)·A ) ] − β·KL(π‖π₀),  ρ = π(a|s)/π_old(a|s)",
    says="Make actions that did better than expected more likely, but take no credit for moving further than epsilon "
    "in a step, and pay for distance from the reference.",
    symbols=(
        _POLICY,
        _REFERENCE,
        ("ρ", "how much likelier a token is now than when it was sampled"),
        ("A", "the advantage: reward against what the value model expected"),
        ("ε", "the clip width, commonly 0.2"),
        _BETA,
    ),
    source="ppo",
    kind="ppo",
)

RLOO = Method(
    key="rloo",
    name="RLOO",
    long_name="REINFORCE leave-one-out",
    advantage="Drops PPO's value model and clipping: each sample is judged against the mean of its siblings.",
    relevance="When PPO's quality is wanted on fewer devices: three networks and few settings.",
    data="Prompts, and a reward model or checker that scores several answers to each.",
    signals=(Signal.REWARD_MODEL, Signal.CHECKER),
    cost_note="Sampling dominates, as with PPO, but a quarter of the networks and their optimizer state is gone.",
    models_held=("policy", "reference", "reward model"),
    online=True,
    cost=4,
    care=3,
    hacking=4,
    breaks="Two samples a prompt give a noisy baseline; one advantage for a whole answer cannot say which step was "
    "wrong; prompts whose samples all score alike teach nothing.",
    formula="∇J = (1/k) Σᵢ ( rᵢ − mean(rⱼ, j ≠ i) ) · ∇ log π(yᵢ|x)",
    says="Make each sampled answer likelier by how much it beat the average of the other samples for the same prompt.",
    symbols=(_POLICY, ("rᵢ", "the reward of sample i, less the KL penalty"), ("k", "samples drawn for one prompt")),
    source="rloo",
    kind="grpo",
    settings=(("loss", "rloo"),),
)

GRPO = Method(
    key="grpo",
    name="GRPO",
    long_name="Group relative policy optimization",
    advantage="Compares a group of answers with each other, so no value model is needed; strong where a program can "
    "check the answer.",
    relevance="The method of choice for verifiable work: extraction that must match, code that must pass its tests, "
    "sums that must add up. The checker replaces the annotators.",
    data="Prompts with a checkable answer, neither always solved nor never solved by the model; no worked solutions.",
    signals=(Signal.CHECKER, Signal.REWARD_MODEL),
    cost_note="8 to 64 samples a prompt: sampling decides the bill. Two networks in memory with a checker; without a "
    "KL term only one.",
    models_held=("policy", "reference"),
    online=True,
    cost=4,
    care=4,
    hacking=3,
    breaks="A group whose answers all pass or all fail gives no gradient; dividing by the group's spread overweights "
    "very easy and very hard prompts; any gap in the checker is found and used.",
    formula="Aᵢ = ( rᵢ − mean(r) ) / std(r),  then PPO's clipped objective − β·KL(π‖π₀)",
    says="Score each answer by how far it lies above the mean of its group, in units of the group's spread, and then "
    "step as PPO does.",
    symbols=(_POLICY, _REFERENCE, ("rᵢ", "the reward of answer i of the group"), ("Aᵢ", "its advantage"), _BETA),
    source="grpo",
    kind="grpo",
)

RLAIF = Method(
    key="rlaif",
    name="RLAIF",
    long_name="Reinforcement learning from AI feedback",
    advantage="A stronger model labels preferences from written guidelines: thousands of judgements in hours, not "
    "weeks.",
    relevance="Turns a company's guidelines into training signal, and keeps them current: change the text, relabel, "
    "retrain. Experts check a sample instead of labelling everything.",
    data="Prompts, written guidelines and a judge model. A few hundred expert labels show whether the judge may be "
    "trusted.",
    signals=(Signal.AI_JUDGE,),
    cost_note="Judge calls in place of annotators' hours, asked in both orders; then the cost of DPO or of a reward "
    "model with PPO.",
    models_held=("policy", "reference", "judge"),
    online=True,
    cost=3,
    care=3,
    hacking=4,
    breaks="The judge prefers the first answer, the longer one and its own style; its blind spots become the "
    "model's. Unchecked, it drifts from what your experts want.",
    formula="r(x, y) = P(judge prefers y | x, guidelines),  then DPO on judged pairs, or PPO on r",
    says="Let a judge that reads the guidelines say which answer is better, in both orders, and learn from that as "
    "from people's choices.",
    symbols=(("r", "the reward: the judge's probability of preferring the answer"), ("x, y", "prompt and answer")),
    source="rlaif",
    kind="rlaif",
)

METHODS: dict[str, Method] = {one.key: one for one in (DPO, GRPO, RLAIF, PPO, RLOO, KTO, ORPO, IPO)}
"""In the order of the page: the three that most teams choose from, then the rest."""
