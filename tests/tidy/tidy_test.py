"""Proves that tidy can fail: a clean tree passes, each planted violation is found by its rule."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TIDY = Path(__file__).resolve().parent / "tidy.py"
UNFINISHED = "TO" + "DO"

CLEAN = {
    "cmake/MayflyTargets.cmake":
        'set(MAYFLY_ALLOWED_util "")\nset(MAYFLY_ALLOWED_crypto "util")\n'
        'set(MAYFLY_ALLOWED_mls "util;crypto")\nset(MAYFLY_ALLOWED_store "util")\n'
        'set(MAYFLY_ALLOWED_apps_relay "util")\n',
    "src/util/CMakeLists.txt": "mayfly_library(NAME util SANS_IO SOURCES bytes.cpp\n"
                               "  TESTS bytes_test.cpp)\n",
    "src/util/bytes.h": "#pragma once\n",
    "src/util/bytes.cpp": '#include "util/bytes.h"\n\n#include <vector>\n',
    "src/util/bytes_test.cpp": "#include <fstream>\nTEST(Bytes, hex_round_trips) {}\n",
    "src/crypto/CMakeLists.txt": "mayfly_library(NAME crypto SANS_IO SOURCES hash.cpp DEPS util)\n",
    "src/crypto/hash.cpp": "#include <openssl/evp.h>\n",
    "src/mls/CMakeLists.txt": "mayfly_library(NAME mls SANS_IO SOURCES tree.cpp DEPS crypto)\n",
    "src/mls/tree.cpp": '#include "crypto/hash.h"\n',
    "src/store/CMakeLists.txt": "mayfly_library(NAME store SOURCES disk.cpp DEPS util)\n",
    "src/store/disk.cpp": "#include <filesystem>\n",
    "apps/relay/main.cpp": '#include "util/bytes.h"\n',
    "docs/spec/codec.md": "Hex is lower case (test: hex_round_trips).\n",
}

LONG_BODY = "".join(f"    step({n});\n" for n in range(80))


def run_tidy(changes):
    with tempfile.TemporaryDirectory() as directory:
        for name, text in (CLEAN | changes).items():
            path = Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, str(TIDY), "--root", directory],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


class TidyTest(unittest.TestCase):
    def expect(self, rule, where, changes):
        code, output = run_tidy(changes)
        self.assertEqual(code, 1, output)
        self.assertIn(f"{where}: {rule}: ", output)

    def test_clean_tree_passes(self):
        code, output = run_tidy({})
        self.assertEqual(code, 0, output)

    def test_include_that_points_up_is_found(self):
        self.expect("layers", "src/util/bytes.cpp:1",
                    {"src/util/bytes.cpp": '#include "mls/tree.h"\n'})

    def test_relay_program_that_includes_mls_is_found(self):
        self.expect("layers", "apps/relay/main.cpp:1",
                    {"apps/relay/main.cpp": '#include "mls/tree.h"\n'})

    def test_circle_in_the_table_is_found(self):
        self.expect("layers", "cmake/MayflyTargets.cmake:1",
                    {"cmake/MayflyTargets.cmake": CLEAN["cmake/MayflyTargets.cmake"].replace(
                        'util ""', 'util "mls"')})

    def test_folder_without_a_line_in_the_table_is_found(self):
        self.expect("layers", "cmake/MayflyTargets.cmake:1",
                    {"src/rogue/CMakeLists.txt": "mayfly_library(NAME rogue)\n"})

    def test_crypto_library_outside_crypto_is_found(self):
        self.expect("crypto", "src/mls/tree.cpp:1",
                    {"src/mls/tree.cpp": "#include <openssl/evp.h>\n"})
        self.expect("crypto", "apps/relay/main.cpp:1",
                    {"apps/relay/main.cpp": "#include <sodium.h>\n"})

    def test_io_in_a_sans_io_folder_is_found(self):
        for header in ("chrono", "thread", "fstream", "sys/stat.h", "unistd.h", "random"):
            self.expect("sans-io", "src/mls/tree.cpp:1",
                        {"src/mls/tree.cpp": f"#include <{header}>\n"})

    def test_long_file_is_found(self):
        self.expect("file-length", "src/mls/tree.cpp:500", {"src/mls/tree.cpp": "\n" * 500})

    def test_long_function_is_found(self):
        for head in ("void f(int step) {\n", "Tree::Tree(int n) : a_{n}, b_(n) {\n",
                     "TEST(Tree, grows) {\n", "template <class T>\nauto f(T t) -> bool {\n",
                     "class A {\n    int f() const {\n", "namespace x {\nbool A::f() noexcept {\n",
                     "const char* s = \"}{\";\nchar c = '{';\nint f(std::vector<int> v = {}) {\n"):
            closing = "}\n" * (head.count("{") - head.count("{}") - head.count("'{'"))
            code, output = run_tidy({"src/mls/tree.cpp": head + LONG_BODY + closing})
            self.assertEqual(code, 1, head)
            self.assertIn("function-length", output, head)

    def test_long_python_function_is_found(self):
        self.expect("function-length", "tools/a.py:1", {"tools/a.py": "def f():\n" + LONG_BODY})

    def test_short_functions_in_a_long_class_pass(self):
        text = "class A {\n" + "    int f() { return g({1, 2}); }\n" * 90 + "};\n"
        code, output = run_tidy({"src/util/bytes.h": text})
        self.assertEqual(code, 0, output)

    def test_layout_violations_are_found(self):
        cases = {"columns": "// " + "x" * 100 + "\n", "whitespace": "int x; \n",
                 "unfinished": f"// {UNFINISHED}: later\n"}
        for rule, text in cases.items():
            self.expect(rule, "src/mls/tree.cpp:1", {"src/mls/tree.cpp": text})
        self.expect("whitespace", "src/mls/tree.cpp:1", {"src/mls/tree.cpp": "\tint x;\n"})
        self.expect("whitespace", "src/mls/tree.cpp:1", {"src/mls/tree.cpp": "int x;"})

    def test_file_name_that_is_not_snake_case_is_found(self):
        self.expect("name", "src/util/Bytes.h:1", {"src/util/Bytes.h": "#pragma once\n"})

    def test_using_namespace_in_a_header_is_found(self):
        self.expect("using-namespace", "src/util/bytes.h:1",
                    {"src/util/bytes.h": "using namespace std;\n"})

    def test_source_that_is_not_listed_is_found(self):
        self.expect("listed", "src/mls/lost.cpp:1", {"src/mls/lost.cpp": "int lost;\n"})

    def test_specification_that_names_a_missing_test_is_found(self):
        self.expect("spec-test", "docs/spec/codec.md:1",
                    {"docs/spec/codec.md": "Limits hold (test: no_such_test).\n"})

    def test_check_without_row_code_or_test_is_found(self):
        table = "docs/spec/mls-checks.md"
        tree = {
            table: "| 7.3-1 | it holds | `tree.cpp` | test: leaf_is_refused |\n",
            "src/mls/tree.cpp": "// check 7.3-1: it holds.\n",
            "src/mls/CMakeLists.txt": "mayfly_library(NAME mls SANS_IO SOURCES tree.cpp\n"
                                      "  TESTS checks_leaf_test.cpp DEPS crypto)\n",
            "src/mls/checks_leaf_test.cpp": "// check 7.3-1\nTEST(Leaf, leaf_is_refused) {}\n",
        }
        code, output = run_tidy(tree)
        self.assertEqual(code, 0, output)
        self.expect("checks", f"{table}:1", tree | {"src/mls/tree.cpp": "int x;\n"})
        self.expect("checks", f"{table}:1",
                    tree | {"src/mls/tree.cpp": "// check 7.3-1, check 7.3-2\n"})
        self.expect("checks", f"{table}:1",
                    tree | {"src/mls/checks_leaf_test.cpp": "TEST(Leaf, leaf_is_refused) {}\n"})
        self.expect("checks", f"{table}:1",
                    tree | {"src/mls/checks_leaf_test.cpp":
                            "// check 7.3-1\nTEST(Leaf, leaf_is_refused) {}\n"
                            "// check 7.3-1\nTEST(Leaf, other) {}\n"})


if __name__ == "__main__":
    unittest.main()
