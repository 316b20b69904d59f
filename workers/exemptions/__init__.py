"""Places that need not register: notifications (underretninger) and what they mean for the fee (R44–R46)."""
