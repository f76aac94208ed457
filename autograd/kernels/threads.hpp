#pragma once

namespace xtape::kernels {

/// Makes idle OpenMP threads sleep soon instead of spinning; to be called before the first parallel work. On a machine
/// that other programs use, a thread that spins for its team takes the core away from the member it waits for: a
/// training step took 12 times as long (docs/building.md has the figures). The environment variables OMP_WAIT_POLICY
/// and GOMP_SPINCOUNT have the last word.
void share_the_cores();

/// Makes the calling thread do its parallel work alone from now on: for threads that work beside others.
void work_alone();

}  // namespace xtape::kernels
