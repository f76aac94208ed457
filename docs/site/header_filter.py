"""What Doxygen reads in place of a header: the header, line by line, with its comments where Doxygen looks for them.

- A comment above `namespace` describes the file.
- A comment above several functions of a namespace, without a blank line between them, describes each of them.
- A line `// --- what it is` begins a section of its class or namespace.
- What is private is left out, and what is defined below its class.
- The elementwise functions, which the header has from the op table, are written out, each with its row's text.

Usage: header_filter.py HEADER (in the top folder)
"""

import json
import re
import subprocess
import sys

ROWS = "docs/site/elementwise_rows.txt"
ROWS_HEADER = "autograd/ops/elementwise.hpp"
ROWS_INCLUDE = "#include <autograd/ops/elementwise/all.hpp>"
NO_FUNCTION = re.compile(r"struct|class|enum|using|namespace|concept|#|//|\s|}|$")

# --- the elementwise table


def elementwise_rows():
    """The rows of the elementwise table, as dictionaries."""
    command = ["g++", "-E", "-P", "-I.", "-x", "c++", ROWS]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    objects = re.sub(r'"\s+"', "", output).replace("}\n{", "},\n{")  # the preprocessor leaves literals side by side
    return json.loads(f"[{objects}]")


def formula(rule):
    """The formula of a rule: `[](auto x) { return exp(x); }` is `exp(x)`."""
    named = {"pass": "g", "zero": "0"}
    return f"`{named.get(rule) or re.search(r'return (.*);', rule)[1]}`"


def declaration(row):
    """A row of the elementwise table as a commented declaration."""
    inputs = ["x"] if row["inputs"] == 1 else ["a", "b", "c"][: row["inputs"]]
    text = row["text"].removesuffix(".") + "."
    if re.match(r"[a-z]{2,} ", text):  # a word, not a formula
        text = text[0].upper() + text[1:]
    if "value" in row:
        inputs = re.findall(r"auto (\w+)", row["value"].split(")")[0])
        gradients = ", ".join(f"of {name} {formula(rule)}" for name, rule in zip(inputs, row["rules"]))
        text += f" \\details Value: {formula(row['value'])}. Gradient {gradients}."
    parameters = ", ".join(f"const Operand& {name}" for name in inputs)
    return f"/** \\brief {text} */ Tensor {row['name']}({parameters});"


def write_out_rows(lines):
    place = lines.index(ROWS_INCLUDE)
    lines[place] = " ".join(map(declaration, elementwise_rows()))


# --- what Doxygen looks for elsewhere; each of these changes lines and moves none


def mark_file_comments(lines):
    for number in range(1, len(lines)):
        if not lines[number].startswith("///") or lines[number - 1]:
            continue
        end = number
        while lines[end].startswith("///"):
            end += 1
        if lines[end].startswith("namespace") or not lines[end]:
            lines[number - 1] = "/// \\file"


def declaration_end(lines, start):
    """The line behind the declaration that starts there."""
    depth = 0
    for number in range(start, len(lines)):
        code = lines[number].split("//")[0].rstrip()
        depth += code.count("{") - code.count("}")
        if depth == 0 and code.endswith((";", "}")):
            return number + 1
    return len(lines)


def is_function(lines):
    return "(" in " ".join(lines) and not NO_FUNCTION.match(lines[0])


def repeat_shared_comments(lines):
    number = 0
    while number < len(lines):
        comment = []
        while number < len(lines) and lines[number].startswith("///"):
            comment.append(lines[number].removeprefix("///").strip() or "<p>")
            number += 1
        end = declaration_end(lines, number)
        while comment and is_function(lines[number:end]) and end < len(lines) and is_function(lines[end:][:1]):
            number, end = end, declaration_end(lines, end)
            lines[number] = f"/** {' '.join(comment)} */ {lines[number]}"
        number = end if comment else number + 1


def leave_out_private(lines):
    inside = None
    for number, line in enumerate(lines):
        if access := re.match(r"( *) (public|protected|private):$", line):
            inside = access[1] if access[2] == "private" else None
        if inside is not None and line.startswith(inside + "}"):
            inside = None
        if inside is not None or re.match(r" +friend (class|struct) ", line):
            lines[number] = ""


def leave_out_definitions(lines):
    """A member function that is defined below its class, where a private one would now be unknown."""
    for number, line in enumerate(lines):
        if re.match(r"inline [^(]*\w::~?\w+\(", line):
            end = declaration_end(lines, number)
            lines[number:end] = [""] * (end - number)


def plain_requirements(lines):
    """`requires is_x<T>::value Tensor f(T x)`: Doxygen would take ::value for the type of the function."""
    for number, line in enumerate(lines):
        lines[number] = re.sub(r"^( *requires .*?>)::value (?=\w)", r"\1 ", line)


def make_sections(lines):
    """The sections of a class; those of a namespace would be all files' in one list."""
    inside = None
    for number, line in enumerate(lines):
        title = re.match(r"( +)// --- (.*)$", line)
        ends = inside is not None and (re.match(r" *(public|protected):$", line) or line.startswith(inside[2:] + "}"))
        if inside is not None and (title or ends):
            lines[number] = f"/** \\}} */ {line}"
            inside = None
        if title and not lines[number + 1]:
            inside = title[1]
            name = title[2][0].upper() + title[2][1:]
            lines[number] = lines[number].replace(f"// --- {title[2]}", f"/// \\name {name}")
            lines[number + 1] = "/// \\{"


def filtered(path):
    with open(path, encoding="utf-8") as header:
        lines = header.read().split("\n")
    if path.endswith(ROWS_HEADER):
        write_out_rows(lines)
    for change in (mark_file_comments, leave_out_private, leave_out_definitions, repeat_shared_comments, plain_requirements,
                   make_sections):
        change(lines)
    return lines


if __name__ == "__main__":
    print("\n".join(filtered(sys.argv[1])), end="")
