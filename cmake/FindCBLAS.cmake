# A BLAS with the C interface, and LAPACK, as the target CBLAS::CBLAS. The library and xtape's installed package both look
# here. OpenBLAS comes first: it has GEMM for every processor, contains LAPACK, and built for OpenMP it shares one set of
# threads with xtape. XTAPE_BLAS_LIBRARY and XTAPE_BLAS_INCLUDE_DIR, set by hand, name another one, and
# XTAPE_LAPACK_LIBRARY the LAPACK beside a BLAS that has none.

find_library(XTAPE_BLAS_LIBRARY NAMES openblas blis cblas blas)
find_path(XTAPE_BLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas openblas-openmp openblas-pthread blis)
mark_as_advanced(XTAPE_BLAS_LIBRARY XTAPE_BLAS_INCLUDE_DIR)

# A separate LAPACK is linked only where it must be: on most systems it brings a second BLAS with it. (CMake's FindLAPACK
# would choose its own BLAS, too.)
set(cblas_needs XTAPE_BLAS_LIBRARY XTAPE_BLAS_INCLUDE_DIR)
if(XTAPE_BLAS_LIBRARY)
  include(CheckCXXSourceCompiles)
  string(MAKE_C_IDENTIFIER "XTAPE_LAPACK_IN_${XTAPE_BLAS_LIBRARY}" cblas_has_lapack)
  set(CMAKE_REQUIRED_LIBRARIES ${XTAPE_BLAS_LIBRARY})
  check_cxx_source_compiles(
    "extern \"C\" { void dgetrf_(); void sgesdd_(); } int main() { dgetrf_(); sgesdd_(); }" ${cblas_has_lapack})
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(NOT ${cblas_has_lapack})
    find_library(XTAPE_LAPACK_LIBRARY NAMES lapack)
    mark_as_advanced(XTAPE_LAPACK_LIBRARY)
    list(APPEND cblas_needs XTAPE_LAPACK_LIBRARY)
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CBLAS REQUIRED_VARS ${cblas_needs}
  REASON_FAILURE_MESSAGE "xtape needs a BLAS with cblas.h, and LAPACK. OpenBLAS has both (docs/building.md).")

if(CBLAS_FOUND AND NOT TARGET CBLAS::CBLAS)
  add_library(CBLAS::CBLAS UNKNOWN IMPORTED)
  set_target_properties(CBLAS::CBLAS PROPERTIES
    IMPORTED_LOCATION ${XTAPE_BLAS_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${XTAPE_BLAS_INCLUDE_DIR})
  if(NOT ${cblas_has_lapack})
    # It comes behind the BLAS in the link, so that it calls that one.
    set_target_properties(CBLAS::CBLAS PROPERTIES INTERFACE_LINK_LIBRARIES "${XTAPE_LAPACK_LIBRARY}")
  endif()
endif()
