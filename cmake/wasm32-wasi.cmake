# WebAssembly with Debian 12's own packages: clang-19, lld-19, wasi-libc, libc++-19-dev-wasm32.
# There are no exceptions in this libc++, which keeps the core honest: it may not need them.
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/wasm)
set(CMAKE_SYSTEM_NAME WASI)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_AR llvm-ar-19)
set(CMAKE_RANLIB llvm-ranlib-19)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
# A program for wasm cannot run at configure time.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# Only the headers of wasi-libc and of its libc++: the host's /usr/include must never leak in.
set(wasm_flags "-nostdlibinc -msimd128 -mbulk-memory -ffunction-sections -fdata-sections")
set(wasm_libc "-isystem /usr/include/wasm32-wasi")
set(CMAKE_C_FLAGS_INIT "${wasm_flags} ${wasm_libc}")
set(CMAKE_CXX_FLAGS_INIT
  "${wasm_flags} -fno-exceptions -isystem /usr/include/wasm32-wasi/c++/v1 ${wasm_libc}")
# Deep recursion must end in a clean trap: the stack lies first, so an overflow leaves memory.
set(CMAKE_EXE_LINKER_FLAGS_INIT
  "-fuse-ld=/usr/bin/wasm-ld-19 -Wl,--gc-sections -Wl,--stack-first -Wl,-z,stack-size=1048576")

set(CMAKE_FIND_ROOT_PATH ${CMAKE_CURRENT_LIST_DIR}/../build/wasm-deps/current)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
