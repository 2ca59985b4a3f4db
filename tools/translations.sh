#!/bin/bash
# The texts of the programs that people use, for translators.
#   tools/translations.sh          writes po/mayfly.pot anew and brings every po/LANGUAGE.po to it
#   tools/translations.sh FILE     writes what po/mayfly.pot should be to FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Locations without line numbers and no dates: the file changes when a text does. A percent sign is
# just that.
extract() {
    # src/util/error.h: X(code, sentence) lists what every error is called.
    { find apps/cli apps/tui -name '*.cpp' ! -name '*_test.cpp'; echo src/util/error.h; } |
        LC_ALL=C sort |
        xgettext --files-from=- --language=C++ --from-code=UTF-8 --add-location=file \
            --keyword --keyword=tr:1 --keyword=trn:1,2 --keyword=trc:1c,2 --keyword=MAYFLY_N:1 \
            --keyword=X:2 --force-po --add-comments=translators: --output="$1"
    sed -i -e '1,/^$/{/^# /d;/^#$/d;/^#, fuzzy$/d;/^"POT-Creation-Date/d;/^"PO-Revision-Date/d;
        /^"Last-Translator/d;/^"Language-Team/d;/^"Report-Msgid-Bugs-To/d;s/CHARSET/UTF-8/;
        s/PACKAGE VERSION/mayfly/;}' -e '/^#, c-format$/d' "$1"
}

if [ $# -eq 1 ]; then
    extract "$1"
    exit
fi
extract po/mayfly.pot
for catalogue in po/*.po; do
    msgmerge --quiet --update --backup=none --no-fuzzy-matching --add-location=file \
        "$catalogue" po/mayfly.pot
    msgattrib --no-obsolete --add-location=file --output-file="$catalogue" "$catalogue"
done
