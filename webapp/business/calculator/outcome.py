"""What a scenario comes to: the sentence, the figures that stand alone, the pictures, and the working behind them."""

TRIALS = 4096
SEED = 0
