# zlib as tools/build_wasm_deps.sh built it, for test vectors.
include_guard(GLOBAL)
set(root ${CMAKE_SOURCE_DIR}/build/wasm-deps/current)
add_library(ZLIB::ZLIB STATIC IMPORTED GLOBAL)
set_target_properties(ZLIB::ZLIB PROPERTIES
  IMPORTED_LOCATION ${root}/lib/libz.a INTERFACE_INCLUDE_DIRECTORIES ${root}/include)
set(ZLIB_FOUND TRUE)
