# libzip as the target LIBZIP::LIBZIP. The library and xtape's installed package both look here. libzip's own CMake
# package asks for its command line tools too, which Debian packs apart: find_package(libzip) fails there.

find_library(XTAPE_LIBZIP_LIBRARY NAMES zip)
find_path(XTAPE_LIBZIP_INCLUDE_DIR zip.h)
mark_as_advanced(XTAPE_LIBZIP_LIBRARY XTAPE_LIBZIP_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LIBZIP REQUIRED_VARS XTAPE_LIBZIP_LIBRARY XTAPE_LIBZIP_INCLUDE_DIR)

if(LIBZIP_FOUND AND NOT TARGET LIBZIP::LIBZIP)
  add_library(LIBZIP::LIBZIP UNKNOWN IMPORTED)
  set_target_properties(LIBZIP::LIBZIP PROPERTIES
    IMPORTED_LOCATION ${XTAPE_LIBZIP_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${XTAPE_LIBZIP_INCLUDE_DIR})
endif()
