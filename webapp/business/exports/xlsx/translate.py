"""The engine's formulas (`roi.formulas`) in a spreadsheet's words, so that a workbook cannot drift from the engine."""

import ast
from collections.abc import Mapping

from roi.formulas import FORMULAS

_OPERATORS: Mapping[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 1),
    ast.Sub: ("-", 1),
    ast.Mult: ("*", 2),
    ast.Div: ("/", 2),
    ast.Pow: ("^", 3),
}
"""Each operator's sign and how tightly it binds."""

_TIGHTEST = 4
_COMPARISONS: Mapping[type[ast.cmpop], str] = {ast.Gt: ">", ast.Lt: "<", ast.GtE: ">=", ast.LtE: "<=", ast.Eq: "="}
_CALLS = {
    "min": "MIN({})",
    "max": "MAX({})",
    "exp": "EXP({})",
    "log": "LN({})",
    "floor": "INT({})",
    "ceil": "ROUNDUP({},0)",
}


def sheet_formula(name: str, cells: Mapping[str, str]) -> str:
    """The formula of that name without its `=`; `cells` gives the cell for a name that is none of the workbook's.

    Raises `ValueError` for an expression that a spreadsheet has no words for.
    """
    return translated(FORMULAS[name].expression, cells)


def translated(expression: str, cells: Mapping[str, str]) -> str:
    """A Python expression over names and numbers as a spreadsheet's formula."""
    return _said(ast.parse(expression, mode="eval").body, cells)


def _said(node: ast.expr, cells: Mapping[str, str], within: int = 0) -> str:
    """The node's text, in brackets where it binds less tightly than what it stands in."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return f"{value:.17g}"
        case ast.Name(id=name):
            return cells.get(name, name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            # a spreadsheet's own minus binds more tightly than its power
            return f"(0-{_said(operand, cells, 2)})"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            sign, level = _OPERATORS[type(operator)]
            text = f"{_said(left, cells, level if level < 3 else _TIGHTEST)}{sign}{_said(right, cells, level + 1)}"
            return f"({text})" if level < within else text
        case ast.Compare(left=left, ops=[comparison], comparators=[right]) if type(comparison) in _COMPARISONS:
            return f"{_said(left, cells)}{_COMPARISONS[type(comparison)]}{_said(right, cells)}"
        case ast.BoolOp(op=ast.And(), values=values):
            return f"AND({','.join(_said(value, cells) for value in values)})"
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            return f"IF({','.join(_said(part, cells) for part in (test, body, otherwise))})"
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _CALLS:
            return _CALLS[name].format(",".join(_said(argument, cells) for argument in arguments))
    raise ValueError(f"a spreadsheet has no words for {ast.unparse(node)}")
