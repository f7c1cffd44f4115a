"""Photos and voice notes: one door by which they come in (`storage`), what is made of them there, and how they leave."""
