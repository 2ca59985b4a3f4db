# libcrypto as tools/build_wasm_deps.sh built it. No TLS in WebAssembly: the browser has it.
include_guard(GLOBAL)
set(root ${CMAKE_SOURCE_DIR}/build/wasm-deps/current)
if(NOT EXISTS ${root}/lib/libcrypto.a)
  message(FATAL_ERROR "no libcrypto for WebAssembly: run tools/build_wasm_deps.sh first")
endif()
add_library(OpenSSL::Crypto STATIC IMPORTED GLOBAL)
set_target_properties(OpenSSL::Crypto PROPERTIES
  IMPORTED_LOCATION ${root}/lib/libcrypto.a
  INTERFACE_INCLUDE_DIRECTORIES ${root}/include
  INTERFACE_LINK_LIBRARIES "-lwasi-emulated-getpid;-lwasi-emulated-process-clocks")
set(OpenSSL_FOUND TRUE)
