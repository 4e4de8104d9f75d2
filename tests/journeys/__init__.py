"""The journeys: whole stories through the verbs and the clock's beats, on a database of their own."""
