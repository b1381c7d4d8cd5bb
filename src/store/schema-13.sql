-- Version 13. Checks of older heads that say they are under way, and that nobody could end for want of a right.
ALTER TABLE intent ADD COLUMN left_open TEXT NOT NULL DEFAULT '';
