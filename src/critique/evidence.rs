//! Is the quotation really there? Code looks; the model is never believed.
