#!/usr/bin/env bash
# Builds a real server of the OpenAI kind, llama.cpp's, from the sources inside PyPI's llama-cpp-python: no weights, no web
# pages, nothing fetched but by pip. Kept below target/, built once. usage: llama_server.sh VENV FOLDER → FOLDER/llama-server
set -euo pipefail
venv=$(realpath "$1")
mkdir -p "$2"
cd "$2"
version=0.3.36
[ -x "llama-server" ] && exit 0
"$venv/bin/pip" install --quiet --disable-pip-version-check 'cmake>=3.28,<5' 'ninja==1.13.0'
export PATH="$venv/bin:$PATH"
archive="llama_cpp_python-$version.tar.gz"
# Fetched to be unpacked, not to be built.
[ -f "$archive" ] || "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps \
  --no-binary llama-cpp-python --dest . "llama-cpp-python==$version"
[ -d "llama_cpp_python-$version" ] || tar xzf "$archive"
# Little optimisation: the model has 0.5 MB, and the build is what takes time. Every switch that would fetch or add is off.
cmake -S "llama_cpp_python-$version/vendor/llama.cpp" -B build -G Ninja \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" -DCMAKE_C_FLAGS_RELEASE="-O1 -DNDEBUG" \
  -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF -DGGML_CCACHE=OFF -DLLAMA_OPENSSL=OFF \
  -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
  -DLLAMA_BUILD_COMMON=ON -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON >cmake.log
cmake --build build --target llama-server -j "${BUILD_JOBS:-2}" >build.log
cp build/bin/llama-server llama-server
strip llama-server
rm -rf build "llama_cpp_python-$version"
