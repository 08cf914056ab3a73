"""The console script (`portal.cli.commands:main`) and what gunicorn calls (`portal.cli.wsgi`).

Nothing is imported here: the public process comes through this package and must not load the office's rooms (I2).
"""
