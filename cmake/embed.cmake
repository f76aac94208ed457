# xtape_embed(TARGET FILE NAME) compiles the bytes of FILE into TARGET. The code declares them as
#   namespace xtape::embedded { extern const std::span<const unsigned char> NAME; }
# and needs the file no more. The array is written when the file changes, by this script run as a program.

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${XTAPE_FILE} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  file(WRITE ${XTAPE_OUTPUT} "#include <span>

namespace xtape::embedded {

static constexpr unsigned char ${XTAPE_NAME}_bytes[] = {
${bytes}
};

extern const std::span<const unsigned char> ${XTAPE_NAME};
constinit const std::span<const unsigned char> ${XTAPE_NAME}(${XTAPE_NAME}_bytes);

}  // namespace xtape::embedded
")
  return()
endif()

set(XTAPE_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(xtape_embed target file name)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DXTAPE_FILE=${file} -DXTAPE_NAME=${name} -DXTAPE_OUTPUT=${output} -P ${XTAPE_EMBED_SCRIPT}
    DEPENDS ${file} ${XTAPE_EMBED_SCRIPT} COMMENT "Embedding ${name}" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
