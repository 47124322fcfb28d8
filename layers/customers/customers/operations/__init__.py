"""What operators see of a request.

observation  the facts about the current request, noted where they are known
telemetry    one line in the log for each request, metrics included
"""
