# shellcheck shell=bash disable=SC2154  # names that dev gives
# The parts of `./dev check`, sourced by dev. A part is a function check_NAME: it fails by its exit status, and a file
# build/check-NAME.note holds what its line says beyond that.

all_parts=(release simd leaks format package browser site sanitizers benchmarks xtensor)

run_checks() {
  local parts=("$@")
  ((${#parts[@]})) || parts=("${all_parts[@]}")
  set_up
  install_packages "$(first_package clang-14 clang)" "$(first_package libomp-14-dev libomp-dev)" \
    "$(first_package libclang-rt-14-dev libclang-common-14-dev)"
  prepare_clang_format
  mkdir -p build
  local part passed=0 failed=0 status start
  for part in "${parts[@]}"; do
    declare -F "check_$part" >/dev/null || fail "there is no part '$part'; parts: ${all_parts[*]}"
    rm -f "build/check-$part.note"
    start=$SECONDS
    set +e # a function called in a condition would not stop at its first error
    (set -e && "check_$part") >"build/check-$part.log" 2>&1 </dev/null
    status=$?
    set -e
    if ((status == 0)); then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      tail -n 40 "build/check-$part.log"
    fi
    printf '%-6s %-11s %4d s  %s\n' "$( ((status == 0)) && echo ok || echo FAILED)" "$part" "$((SECONDS - start))" \
      "$(if ((status)); then echo "log: build/check-$part.log"; else cat "build/check-$part.note" 2>/dev/null; fi)"
  done
  echo "check: $passed passed, $failed failed"
  ((failed == 0))
}

note() { echo "$*" >>"build/check-${FUNCNAME[1]#check_}.note"; }

tests_of() { ctest --test-dir "$1" --output-on-failure "${@:2}"; }

check_release() {
  configure_release
  build "$release" "library, tests and demo (release)"
  tests_of "$release" -R layering
  note "the release build, which other parts use, and the layering"
}

has_simd_level() {
  local flag flags
  case $1 in
    sse2) return 0 ;;
    avx2) flags="avx2 fma" ;;
    avx512) flags="avx512f avx512bw avx512cd avx512dq avx512vl" ;;
  esac
  for flag in $flags; do grep -qw "$flag" /proc/cpuinfo || return 1; done
}

check_simd() {
  local level levels=(sse2 avx2 avx512)
  [[ $(uname -m) == x86_64 ]] || levels=(baseline)
  build "$release" "the unit tests" xtape_tests
  for level in "${levels[@]}"; do
    if has_simd_level "$level"; then
      XTAPE_SIMD=$level tests_of "$release" -R '^unit'
      note "$level"
    else
      note "($level skipped: this machine has none)"
    fi
  done
  paste -sd ' ' build/check-simd.note >build/check-simd.line && mv build/check-simd.line build/check-simd.note
}

check_leaks() {
  build "$release" "the library" xtape
  tests/simd_leaks.sh "$release"
  note "no AVX function can be taken for another level's"
}

check_format() {
  formatted_files | xargs "$clang_format" --dry-run -Werror
  note "$(formatted_files | wc -l) files"
}

# build_user FOLDER ARGUMENTS...: the user's project of tests/package, alone in an empty folder.
build_user() {
  local folder=$1
  shift
  cp -r tests/package/. "$folder"
  cmake -G Ninja -S "$folder" -B "$folder/build" -DCMAKE_BUILD_TYPE=Release \
    ${compiler:+"-DCMAKE_CXX_COMPILER=$compiler"} "${options[@]}" "$@"
  cmake --build "$folder/build"
  "$folder/build/xtape_user"
}

# Installs what FOLDER built and moves it: the package must not depend on where it was installed.
install_elsewhere() {
  cmake --install "$1" --prefix "$2/first"
  mv "$2/first" "$2/moved"
  if grep -rnF -e "$PWD" -e "$2" "$2"/moved/lib*/cmake; then
    echo "the installed package names folders of this machine"
    return 1
  fi
}

check_package() {
  local top sources=$PWD
  top=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now
  trap "rm -rf '$top'" EXIT
  mkdir "$top"/{static,subdirectory,shared}

  build "$release" "the library" xtape
  install_elsewhere "$release" "$top"
  build_user "$top/static" "-DCMAKE_PREFIX_PATH=$top/moved"
  rm -rf "$top/moved"

  # What is asked is whether it builds and is found, not how fast it is; and whether it does without what is optional.
  build_user "$top/subdirectory" "-DXTAPE_SOURCES=$sources" -DBUILD_SHARED_LIBS=ON -DXTAPE_INSTALL=ON \
    -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DXTAPE_THREADS=OFF -DXTAPE_ONEDNN=OFF -DXTAPE_IMAGES=OFF
  install_elsewhere "$top/subdirectory/build" "$top"
  build_user "$top/shared" "-DCMAKE_PREFIX_PATH=$top/moved"
  note "find_package (static, shared) and add_subdirectory, that without threads, oneDNN and stb_image"
}

# Debian's Chromium, driven by Selenium.
has_browser() { (install_packages chromium chromium-driver python3-selenium); }
readonly no_browser="no browser: chromium, chromium-driver and python3-selenium are not to be had here"

# The graph's page.
check_browser() {
  if ! has_browser; then
    note "skipped; $no_browser"
    return
  fi
  configure_release
  build "$release" "the pages" xtape_graph_pages
  "$release/tests/xtape_graph_pages" build/browser/pages
  /usr/bin/python3 tests/browser/graph_page.py build/browser/pages build/browser | tee build/browser/log
  note "$(tail -n 1 build/browser/log)"
}

# The documentation site.
check_site() {
  build_site
  if ! has_browser; then
    note "built, links checked; $no_browser"
    return
  fi
  /usr/bin/python3 tests/browser/site.py build/site build/site-shots | tee build/site-browser.log
  note "links checked; $(tail -n 1 build/site-browser.log)"
}

# Clang compiles this build, so that its warnings are errors and its library code is tested as well.
check_sanitizers() {
  # xsimd's exp converts an infinity to an integer, which it then does not use.
  local flags="-fsanitize=address,undefined -fno-sanitize=float-cast-overflow -fno-sanitize-recover=all"
  flags+=" -fno-omit-frame-pointer -g1"
  compiler=$(command -v clang++-14 || command -v clang++)
  # Clang says what it did not vectorise, which with the sanitizers' checks in between is no fault.
  configure build/sanitizers -DCMAKE_BUILD_TYPE=None "-DCMAKE_CXX_FLAGS=-O1 $flags -Wno-pass-failed" -DXTAPE_WERROR=ON \
    -DXTAPE_DEMO=OFF -DXTAPE_TUTORIALS=OFF -DXTAPE_ONEDNN=OFF
  build build/sanitizers "library and tests (Clang, sanitizers)"
  ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 \
    UBSAN_OPTIONS=print_stacktrace=1 tests_of build/sanitizers
  note "$("$compiler" --version | head -n 1), warnings as errors; address, leak and undefined behaviour, without oneDNN: all tests"
}

check_benchmarks() {
  build "$release" "the benchmarks" xtape_benchmarks
  "$release/benchmarks/xtape_benchmarks" --quick --threads 1
  note "built; both sides agree where libtorch is installed"
}

# XTAPE_XTENSOR_PREFIX names where another xtensor (with its xtl, and an xsimd if wanted) is installed.
check_xtensor() {
  if [[ -z ${XTAPE_XTENSOR_PREFIX:-} ]]; then
    note "skipped: XTAPE_XTENSOR_PREFIX names no other xtensor"
    return
  fi
  configure build/xtensor -DCMAKE_BUILD_TYPE=Release "-DCMAKE_PREFIX_PATH=$XTAPE_XTENSOR_PREFIX" -DXTAPE_DEMO=OFF
  build build/xtensor "library and tests (xtensor of $XTAPE_XTENSOR_PREFIX)"
  tests_of build/xtensor
  note "$(sed -n 's/.*xtensor_DIR:PATH=//p' build/xtensor/CMakeCache.txt): all tests"
}
