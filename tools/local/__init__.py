"""The stack on this machine: the emulator, and AWS in one process for tests and examples."""
