"""Drop-ins: the interfaces of other packages over Perdure's models. docs/how-to/py-fsrs.md."""
