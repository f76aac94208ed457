#include <autograd/kernels/lapack.hpp>
#include <autograd/kernels/threads.hpp>

#include <cblas.h>

#include <algorithm>
#include <limits>
#include <vector>

// LAPACK's own interface, the same in every implementation: all arguments by address, and the length of each character
// argument at the end.
extern "C" {
#define XTAPE_LAPACK(T, name)                                                                                        \
  void name##getrf_(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info);                       \
  void name##getrs_(const char* trans, const int* n, const int* nrhs, const T* a, const int* lda, const int* pivots, \
                    T* b, const int* ldb, int* info, std::size_t);                                                   \
  void name##getri_(const int* n, T* a, const int* lda, const int* pivots, T* work, const int* lwork, int* info);    \
  void name##potrf_(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t);                   \
  void name##gelsd_(const int* m, const int* n, const int* nrhs, T* a, const int* lda, T* b, const int* ldb, T* s,   \
                    const T* rcond, int* rank, T* work, const int* lwork, int* iwork, int* info);                    \
  void name##syevd_(const char* jobz, const char* uplo, const int* n, T* a, const int* lda, T* w, T* work,           \
                    const int* lwork, int* iwork, const int* liwork, int* info, std::size_t, std::size_t);           \
  void name##gesdd_(const char* jobz, const int* m, const int* n, T* a, const int* lda, T* s, T* u, const int* ldu,  \
                    T* vt, const int* ldvt, T* work, const int* lwork, int* iwork, int* info, std::size_t);          \
  void name##gelqf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* lwork, int* info); \
  void name##orglq_(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau, T* work,           \
                    const int* lwork, int* info);
XTAPE_LAPACK(float, s)
XTAPE_LAPACK(double, d)
#undef XTAPE_LAPACK
}

namespace xtape::kernels {

namespace {

template <class T>
struct Lapack;

#define XTAPE_LAPACK(T, name)                        \
  template <>                                        \
  struct Lapack<T> {                                 \
    static constexpr auto getrf = name##getrf_;      \
    static constexpr auto getrs = name##getrs_;      \
    static constexpr auto getri = name##getri_;      \
    static constexpr auto potrf = name##potrf_;      \
    static constexpr auto gelsd = name##gelsd_;      \
    static constexpr auto syevd = name##syevd_;      \
    static constexpr auto gesdd = name##gesdd_;      \
    static constexpr auto gelqf = name##gelqf_;      \
    static constexpr auto orglq = name##orglq_;      \
    static constexpr auto trsm = cblas_##name##trsm; \
  };
XTAPE_LAPACK(float, s)
XTAPE_LAPACK(double, d)
#undef XTAPE_LAPACK

int as_int(std::size_t value) { return static_cast<int>(value); }
// A leading dimension is at least 1, even of a matrix without elements.
int leading(std::size_t value) { return as_int(std::max<std::size_t>(value, 1)); }

// Memory that a routine asks for in elements of its own type, which may have rounded a large number down.
template <class T>
std::vector<T> workspace(T asked) {
  return std::vector<T>(static_cast<std::size_t>(asked * (1 + std::numeric_limits<T>::epsilon())) + 1);
}
std::vector<int> integers(int asked) { return std::vector<int>(static_cast<std::size_t>(std::max(asked, 1))); }

constexpr int ask = -1;  // as the size of the workspace: tell the best one

// Small matrices are not worth the start of BLAS' own threads.
bool small(std::size_t size) { return size < 256; }

}  // namespace

template <class T>
std::size_t lu_factor(std::size_t n, T* a, int* pivots) {
  const Alone alone(small(n));
  const int size = as_int(n), lda = leading(n);
  int info = 0;
  Lapack<T>::getrf(&size, &size, a, &lda, pivots, &info);
  return static_cast<std::size_t>(info);
}

template <class T>
void lu_solve(bool transposed, std::size_t n, std::size_t count, const T* factors, const int* pivots, T* vectors) {
  const Alone alone(small(n));
  // What was factored is the transpose.
  const char trans = transposed ? 'N' : 'T';
  const int size = as_int(n), columns = as_int(count), lda = leading(n);
  int info = 0;
  Lapack<T>::getrs(&trans, &size, &columns, factors, &lda, pivots, vectors, &lda, &info, 1);
}

template <class T>
void lu_invert(std::size_t n, T* factors, const int* pivots) {
  const Alone alone(small(n));
  const int size = as_int(n), lda = leading(n);
  int info = 0, length = ask;
  T best{};
  Lapack<T>::getri(&size, factors, &lda, pivots, &best, &length, &info);
  std::vector<T> work = workspace(best);
  length = as_int(work.size());
  Lapack<T>::getri(&size, factors, &lda, pivots, work.data(), &length, &info);
}

template <class T>
std::size_t cholesky(std::size_t n, T* a) {
  const Alone alone(small(n));
  const char uplo = 'U';  // by columns, the lower triangle of rows is the upper one
  const int size = as_int(n), lda = leading(n);
  int info = 0;
  Lapack<T>::potrf(&uplo, &size, a, &lda, &info, 1);
  for (std::size_t row = 0; row < n; ++row) std::fill(a + row * n + row + 1, a + (row + 1) * n, T(0));
  return static_cast<std::size_t>(info);
}

template <class T>
void solve_triangular(bool upper, bool unit_diagonal, std::size_t n, std::size_t count, const T* a, T* b) {
  if (n == 0 || count == 0) return;
  const Alone alone(small(n));
  Lapack<T>::trsm(CblasRowMajor, CblasLeft, upper ? CblasUpper : CblasLower, CblasNoTrans,
                  unit_diagonal ? CblasUnit : CblasNonUnit, as_int(n), as_int(count), T(1), a, as_int(n), b,
                  as_int(count));
}

template <class T>
std::ptrdiff_t least_squares(std::size_t m, std::size_t n, std::size_t count, T* a_transposed, T* vectors,
                             double rcond) {
  const Alone alone(small(std::min(m, n)));
  const int rows = as_int(m), columns = as_int(n), vector_count = as_int(count);
  const int lda = leading(m), ldb = leading(std::max(m, n));
  const T cutoff = static_cast<T>(rcond);
  std::vector<T> s(std::min(m, n));
  int rank = 0, info = 0, length = ask, best_integers = 0;
  T best{};
  Lapack<T>::gelsd(&rows, &columns, &vector_count, a_transposed, &lda, vectors, &ldb, s.data(), &cutoff, &rank, &best,
                   &length, &best_integers, &info);
  std::vector<T> work = workspace(best);
  std::vector<int> integer_work = integers(best_integers);
  length = as_int(work.size());
  Lapack<T>::gelsd(&rows, &columns, &vector_count, a_transposed, &lda, vectors, &ldb, s.data(), &cutoff, &rank,
                   work.data(), &length, integer_work.data(), &info);
  return info == 0 ? rank : -1;
}

template <class T>
bool symmetric_eigen(std::size_t n, T* a, T* values) {
  const Alone alone(small(n));
  const char jobz = 'V', uplo = 'U';
  const int size = as_int(n), lda = leading(n);
  int info = 0, length = ask, integer_length = ask, best_integers = 0;
  T best{};
  Lapack<T>::syevd(&jobz, &uplo, &size, a, &lda, values, &best, &length, &best_integers, &integer_length, &info, 1, 1);
  std::vector<T> work = workspace(best);
  std::vector<int> integer_work = integers(best_integers);
  length = as_int(work.size());
  integer_length = as_int(integer_work.size());
  Lapack<T>::syevd(&jobz, &uplo, &size, a, &lda, values, work.data(), &length, integer_work.data(), &integer_length,
                   &info, 1, 1);
  return info == 0;
}

template <class T>
bool singular_values(std::size_t m, std::size_t n, T* a, T* u, T* s, T* vh) {
  const Alone alone(small(std::min(m, n)));
  // The transpose is v diag(s) u^T, and by columns v is vh, u^T is u.
  const char jobz = 'S';
  const int rows = as_int(n), columns = as_int(m), lda = leading(n), ldvt = leading(std::min(m, n));
  int info = 0, length = ask;
  T best{};
  std::vector<int> integer_work = integers(8 * ldvt);
  Lapack<T>::gesdd(&jobz, &rows, &columns, a, &lda, s, vh, &lda, u, &ldvt, &best, &length, integer_work.data(), &info,
                   1);
  std::vector<T> work = workspace(best);
  length = as_int(work.size());
  Lapack<T>::gesdd(&jobz, &rows, &columns, a, &lda, s, vh, &lda, u, &ldvt, work.data(), &length, integer_work.data(),
                   &info, 1);
  return info == 0;
}

template <class T>
void orthonormal_columns(std::size_t m, std::size_t n, T* a) {
  const Alone alone(small(std::min(m, n)));
  // The transpose is R^T Q^T, a triangular matrix times one with orthonormal rows.
  const int rows = as_int(n), columns = as_int(m), lda = leading(n);
  int info = 0, length = ask;
  std::vector<T> tau(n);
  T best{}, best_later{};
  Lapack<T>::gelqf(&rows, &columns, a, &lda, tau.data(), &best, &length, &info);
  Lapack<T>::orglq(&rows, &columns, &rows, a, &lda, tau.data(), &best_later, &length, &info);
  std::vector<T> work = workspace(std::max(best, best_later));
  length = as_int(work.size());
  Lapack<T>::gelqf(&rows, &columns, a, &lda, tau.data(), work.data(), &length, &info);
  Lapack<T>::orglq(&rows, &columns, &rows, a, &lda, tau.data(), work.data(), &length, &info);
}

#define XTAPE_INSTANTIATE(T)                                                                    \
  template std::size_t lu_factor(std::size_t, T*, int*);                                        \
  template void lu_solve(bool, std::size_t, std::size_t, const T*, const int*, T*);             \
  template void lu_invert(std::size_t, T*, const int*);                                         \
  template std::size_t cholesky(std::size_t, T*);                                               \
  template void solve_triangular(bool, bool, std::size_t, std::size_t, const T*, T*);           \
  template std::ptrdiff_t least_squares(std::size_t, std::size_t, std::size_t, T*, T*, double); \
  template bool symmetric_eigen(std::size_t, T*, T*);                                           \
  template bool singular_values(std::size_t, std::size_t, T*, T*, T*, T*);                      \
  template void orthonormal_columns(std::size_t, std::size_t, T*);
XTAPE_INSTANTIATE(float)
XTAPE_INSTANTIATE(double)
#undef XTAPE_INSTANTIATE

}  // namespace xtape::kernels
