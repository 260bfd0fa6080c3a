"""The demo's story, told on real processes: who is who (`setting`), what happens (`chapters`), and what is left to look at (`page`)."""
