# A BLAS with the C interface, as the target CBLAS::CBLAS. The library and xtape's installed package both look here.
# OpenBLAS comes first: it has GEMM for every processor, and built for OpenMP it shares one set of threads with xtape.
# XTAPE_BLAS_LIBRARY and XTAPE_BLAS_INCLUDE_DIR, set by hand, name another one.

find_library(XTAPE_BLAS_LIBRARY NAMES openblas blis cblas blas)
find_path(XTAPE_BLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas openblas-openmp openblas-pthread blis)
mark_as_advanced(XTAPE_BLAS_LIBRARY XTAPE_BLAS_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CBLAS REQUIRED_VARS XTAPE_BLAS_LIBRARY XTAPE_BLAS_INCLUDE_DIR)

if(CBLAS_FOUND AND NOT TARGET CBLAS::CBLAS)
  add_library(CBLAS::CBLAS UNKNOWN IMPORTED)
  set_target_properties(CBLAS::CBLAS PROPERTIES
    IMPORTED_LOCATION ${XTAPE_BLAS_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${XTAPE_BLAS_INCLUDE_DIR})
endif()
