// How a changed header gets into its place whole. docs/spec/store-file.md section 8.
//
// Both ways write it to `store.header.new` first, durably. A process that dies at any moment leaves
// the header of before or the one of after; finish_... then erases the rest, and says whether there
// was one.
#pragma once

#include <string>

#include "util/bytes.h"
#include "util/result.h"

namespace mayfly::store {

std::string new_header_path(const std::string& home);

// The two files change places in one step, so that whoever reads meanwhile finds a whole one; then
// the old header is overwritten under the new one's name. Native only: it takes renameat2.
Status swap_header(const std::string& home, BytesView content);
Result<bool> finish_header_swap(const std::string& home);

// The new header is copied over the old one, and erased. Where it is found whole, the copy may be
// torn, and is made again: nobody reads the header before finish_header_copy. For browsers, whose
// files keep their names.
Status copy_header(const std::string& home, BytesView content);
Result<bool> finish_header_copy(const std::string& home);

}  // namespace mayfly::store
