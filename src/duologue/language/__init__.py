"""How things are said: values, wording, dialogue acts."""
