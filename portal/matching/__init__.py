"""Silent matching across counties (串并): keyed hashes, hints without content, joint matters."""
