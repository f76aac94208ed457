# Warnings for the project's own targets; nothing of this reaches its users.
function(xtape_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(XTAPE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
