"""What a person can put right. The message says how, and the command prints it without a stack trace."""


class TrainError(Exception):
    """A recipe, a data set or a folder is not as it has to be."""


class MissingData(TrainError):
    """A data set that has to be put in its place by hand."""
