"""A bot that keeps a curated list of research papers: submissions in, true and fresh entries out."""

__version__ = "0.1.0"
