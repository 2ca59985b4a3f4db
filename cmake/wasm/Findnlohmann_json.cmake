# nlohmann/json for the RPC and for test vectors; what would throw aborts.
if(NOT TARGET nlohmann_json::nlohmann_json)
  add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED GLOBAL)
  set_target_properties(nlohmann_json::nlohmann_json PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_SOURCE_DIR}/build/wasm-deps/current/include
    INTERFACE_COMPILE_DEFINITIONS JSON_NOEXCEPTION)
endif()
set(nlohmann_json_FOUND TRUE)
