"""Judgement: pure functions from facts to a diagnosis. Nothing here measures, and nothing here reads the outside."""
