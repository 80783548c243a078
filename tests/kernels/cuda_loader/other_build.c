/* SPDX-License-Identifier: Apache-2.0 */
/* A library of another build: it has Arges's symbols, and nothing behind them may be used. */
const char arges_cuda_build_id[] = "another";
const void* const arges_cuda_library = 0;
