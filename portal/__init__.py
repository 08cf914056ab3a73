"""The portal core: a Flask application in three kinds of process (public, office, worker)."""
