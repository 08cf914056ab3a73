"""The console script (`portal.cli.main:main`) and what gunicorn calls (`portal.cli.wsgi`); `portal --help` is the manual.

Nothing is imported here: the public process comes through this package and must not load the office's rooms (I2).
"""
