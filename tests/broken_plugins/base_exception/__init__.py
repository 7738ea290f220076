"""Raises what is no Exception."""


class Fatal(BaseException):
    pass


raise Fatal("out")
