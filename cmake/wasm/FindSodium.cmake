# libsodium as tools/build_wasm_deps.sh built it.
include_guard(GLOBAL)
set(root ${CMAKE_SOURCE_DIR}/build/wasm-deps/current)
add_library(Sodium::Sodium STATIC IMPORTED GLOBAL)
set_target_properties(Sodium::Sodium PROPERTIES
  IMPORTED_LOCATION ${root}/lib/libsodium.a
  INTERFACE_INCLUDE_DIRECTORIES ${root}/include
  INTERFACE_LINK_LIBRARIES "-lwasi-emulated-signal")
set(Sodium_FOUND TRUE)
