"""The words that invented papers are made of."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    "Mira Joaquín Tōru Anneke Samuel Léa Đorđe Zoë Ahmet Ingrid Wei Haruki Priya Ngozi Lucía Émile "
    "Jun Ayşe Piotr Fatima Yuki Noah Linh Oluwaseun Katarzyna Rafael Min-jun Sofía Viktor Amara"
)
SURNAMES = _words(
    "Holt Ferré-Ruiz Amagawa Waard Obi Brûlart Kolić Mwarania Ohara-Łęcka Çağlayan Lindqvist Zhou "
    "Tanaka Raghavan Adeyemi Paredes Fontaine Kwon Yilmaz Nowak Haddad Sato Whitfield Nguyen Bakare "
    "Wójcik Moreira Seo Ibáñez Sokolov Diallo Brandt Chen Okafor Petrov Marchetti Hallström Rao Lim "
    "O'Dwyer Vargas Jørgensen Bianchi Kaya Hosseini Dlamini Schäfer Novák Silva Tran"
)
PREFIXES = _words("Fed Split Swarm Edge Priv Lo Pro Meta")
SYLLABLES = _words(
    "Quill Mosaic Tune Prompt Drift Lens Weave Spark Pilot Forge Mix Gate Cast Bridge Sketch Loom "
    "Raft Kite Shard Relay"
)

ADJECTIVES = _words(
    "federated low-rank private heterogeneous personalized communication-efficient asynchronous "
    "decentralized robust sparse adaptive hierarchical continual zero-shot multilingual secure "
    "memory-frugal quantized certified instruction-tuned cross-silo on-device semi-supervised blockwise"
)
NOUNS = _words(
    "adapters prompts fine-tuning pre-training clients transformers aggregation gradients inference "
    "distillation alignment retrieval tokenizers embeddings experts benchmarks compression scheduling "
    "unlearning personalization attacks defences hospitals phones networks preferences"
)
LINKS = _words("for with across under through beyond without against from among")

OPENINGS = (
    "We study", "We propose", "In this work we revisit", "Our analysis bounds", "Existing work neglects",
    "A careful evaluation compares", "At its core stand", "Unlike prior methods, we combine",
    "Theory and practice agree on", "An ablation isolates the effect of",
)  # fmt: skip
VERBS = _words("improve reduce protect replace align outperform stabilise compress explain amplify")
CLOSINGS = (
    "while 37% of the traffic is saved", "with no loss of accuracy", "in a setting that is hard: non-IID data",
    "at a privacy budget of $\\epsilon = 2$", "on models of up to 70B parameters", "within 100 rounds",
    "even if half of the clients drop out", "as measured by ROUGE_L & perplexity",
    "at no cost for the server", "for every client that we looked at",
)  # fmt: skip

DATASETS = (
    "GSM8K", "MMLU", "C4", "SST-2", "QNLI", "MNLI", "BoolQ", "SQuADv2", "Dolly-15k", "Alpaca-GPT4",
    "XSum", "CNN/DailyMail", "MedQA", "PubMedQA", "20 Newsgroups", "Natural Instructions",
)  # fmt: skip
MODELS = (
    "LLaMA-7B", "LLaMA-2-13B", "GPT-2", "BERT-base", "RoBERTa-large", "T5-small", "Mistral-7B",
    "Qwen2.5-1.5B", "Gemma-2B", "OPT-1.3B", "DistilBERT", "Vicuna-7B",
)  # fmt: skip
