"""What people ask when it matters how fast they are answered."""

QUESTIONS = (
    "which partnerships is Catalonia in?",
    "who leads 3D printing?",
    "and who leads it?",
    "what is the next milestone?",
    "how many Spanish regions are in bio-economy?",
    "what do Lombardy and Flanders share?",
    "what is ESM?",
    "tell me about the textile partnership",
    "what does the steering committee do?",
    "wich partnership is cataluna in",
)
"""Each is answered with one message."""
