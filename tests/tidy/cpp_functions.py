"""Finds where functions begin and end in C++ that clang-format has laid out. No parser: it strips
comments, literals and preprocessor lines, then follows braces. That is enough for a length limit.
"""
import re

# Anything whose text could hold a brace or a quote that is not code.
NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)"'
    r"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
TYPE = re.compile(r"\b(?:class|struct|union|enum)\b")
CONSTRUCTOR_LIST = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:)")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def strip_noise(text):
    return DIRECTIVE.sub(blank, NOISE.sub(blank, text))


def kind_of(head):
    """What a brace opens, from the text between the last ; { or } and the brace."""
    bare = re.sub(r"template\s*<[^{};]*?>\s*(?=\w)", "", head)
    if re.search(r"\bnamespace\b", bare) or re.match(r'\s*extern\s*$', bare.strip()):
        return "namespace"
    before_parenthesis = bare.split("(")[0]
    if TYPE.search(before_parenthesis) and not re.search(r"\)\s*(?:const|noexcept|override)?\s*$",
                                                         bare.strip()):
        return "type"
    if "(" in bare and not re.search(r"=\s*$", before_parenthesis):
        return "function"
    return "other"


def is_initialiser(head):
    """A brace inside an argument list, or of a member in a constructor's initialiser list."""
    if head.count("(") > head.count(")"):
        return True
    found = CONSTRUCTOR_LIST.search(head)
    return bool(found) and re.search(r"[\w>]\s*$", head) is not None and not re.search(
        r"\b(?:try|const|noexcept|override)\s*$", head)


def function_name(head):
    test = re.search(r"\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)", head)
    if test:
        return f"{test[1]}.{test[2]}"
    name = re.search(r"([~\w:]+|operator[^\s(]+)\s*\(", head)
    return name[1] if name else "function"


def function_spans(text):
    """[(name, first line, last line)] of every function body outside of other functions."""
    code = strip_noise(text)
    spans = []
    stack = []  # kinds of the open braces that are not inside a function
    start = 0  # where the text before the next brace begins
    depth = 0  # braces open inside a function or an initialiser
    inside = ""
    opened = ("", 0)
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        token = match[0]
        if depth:
            depth += {"{": 1, "}": -1, ";": 0}[token]
            if depth == 0 and inside == "function":
                spans.append((opened[0], opened[1], code.count("\n", 0, at) + 1))
                start = at + 1
        elif token == "{":
            head = code[start:at]
            if is_initialiser(head):
                inside, depth = "initialiser", 1
                continue
            kind = kind_of(head)
            if kind in ("function", "other"):
                inside, depth = kind, 1
                first = start + len(head) - len(head.lstrip())
                opened = (function_name(head), code.count("\n", 0, first) + 1)
            else:
                stack.append(kind)
                start = at + 1
        elif token == "}":
            if stack:
                stack.pop()
            start = at + 1
        else:
            start = at + 1
    return spans
