"""For WSGI servers of one's own choice: ``gunicorn wsgi``. The settings come from the environment."""

from app import create_app

application = create_app()
