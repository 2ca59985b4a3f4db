# SQLite as tools/build_wasm_deps.sh built it. The system it runs on is src/store/wasi_vfs.
include_guard(GLOBAL)
set(root ${CMAKE_SOURCE_DIR}/build/wasm-deps/current)
add_library(SQLite::SQLite3 STATIC IMPORTED GLOBAL)
set_target_properties(SQLite::SQLite3 PROPERTIES
  IMPORTED_LOCATION ${root}/lib/libsqlite3.a
  INTERFACE_INCLUDE_DIRECTORIES ${root}/include)
set(SQLite3_FOUND TRUE)
