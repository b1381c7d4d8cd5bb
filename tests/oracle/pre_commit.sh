#!/usr/bin/env bash
# A repository with a hook of ours, and commits in it: what is sure to be wrong is held up, everything else passes.
#
#     pre_commit.sh PROGRAM PRE_COMMIT
set -euo pipefail
program=$(realpath "$1")
pre_commit=$(realpath -s "$2")
root=$(realpath "$(dirname "$0")/../..")

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin" "$folder/work"
ln -s "$program" "$folder/bin/specreview"
export PATH="$folder/bin:$PATH" PRE_COMMIT_HOME="$folder/cache"
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org

"$pre_commit" validate-manifest "$root/.pre-commit-hooks.yaml"

# The hooks as a release has them.
git init --quiet "$folder/hooks"
cp "$root/.pre-commit-hooks.yaml" "$folder/hooks/"
git -C "$folder/hooks" add .
git -C "$folder/hooks" commit --quiet -m hooks
git -C "$folder/hooks" tag v0

cd "$folder/work"
git init --quiet .
mkdir -p docs/specs
cat >.pre-commit-config.yaml <<END
repos:
  - repo: file://$folder/hooks
    rev: v0
    hooks:
      - id: specreview-system
        files: ^docs/specs/
END
"$pre_commit" install
git add .pre-commit-config.yaml
git commit --quiet -m settings

cp "$root/docs/examples/parcel-damage.md" docs/specs/parcel.md
printf 'no document' >docs/specs/picture.bin
git add docs
if git commit -m "a specification with errors" >said 2>&1; then
  cat said
  echo "the hook let errors pass"
  exit 1
fi
grep -q 'ARI-004' said || { cat said; echo "the hook does not say what is wrong"; exit 1; }
if grep -q 'picture.bin' said; then cat said; echo "the hook looked at what is no document"; exit 1; fi

# What an old document had before fails nothing, as on the pull request that follows.
git commit --quiet --no-verify -m "a specification with errors, by force"
sed -i 's/parcels/packets/' docs/specs/parcel.md
git add docs
git commit -m "a word" >said 2>&1 || { cat said; echo "the hook holds up what was there before"; exit 1; }

printf '# Shopping\n\nMilk.\n' >docs/specs/parcel.md
git add docs
git commit --quiet -m "no specification"
printf 'words\n' >README.md
git add README.md
git commit -m "nothing that the hook looks at" >said 2>&1
grep -q 'Skipped' said || { cat said; echo "the hook looked at a file outside of its folder"; exit 1; }
echo "pre-commit calls the hook: new errors are held up, everything else passes"
