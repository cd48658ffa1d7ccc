"""`manage.py up`: starts broker, workers, beat and web, keeps them alive, stops them in order. No Django in here."""
