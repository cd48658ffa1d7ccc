"""What the scenario pages show, made from stored figures."""
