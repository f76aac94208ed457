# oneDNN as the target ONEDNN::ONEDNN. The library and xtape's installed package both look here. Debian's own CMake package
# for it asks for the headers of OpenCL: find_package(dnnl) fails there.

find_library(XTAPE_ONEDNN_LIBRARY NAMES dnnl)
find_path(XTAPE_ONEDNN_INCLUDE_DIR dnnl.hpp)
mark_as_advanced(XTAPE_ONEDNN_LIBRARY XTAPE_ONEDNN_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ONEDNN REQUIRED_VARS XTAPE_ONEDNN_LIBRARY XTAPE_ONEDNN_INCLUDE_DIR)

if(ONEDNN_FOUND AND NOT TARGET ONEDNN::ONEDNN)
  add_library(ONEDNN::ONEDNN UNKNOWN IMPORTED)
  set_target_properties(ONEDNN::ONEDNN PROPERTIES
    IMPORTED_LOCATION ${XTAPE_ONEDNN_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${XTAPE_ONEDNN_INCLUDE_DIR})
endif()
