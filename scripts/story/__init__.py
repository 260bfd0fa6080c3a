"""The demo, on real processes: who is who (`setting`), what happens (`chapters`), what is left to look at (`page`)."""
