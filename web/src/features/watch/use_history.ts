import { useEffect, useRef, useState } from "react";

/** The last `length` values, one each second. Values that are not known are left out. */
export function useHistory(value: number | null, length = 60): readonly number[] {
  const newest = useRef(value);
  const [values, setValues] = useState<readonly number[]>([]);
  useEffect(() => {
    newest.current = value;
  }, [value]);
  useEffect(() => {
    const timer = setInterval(() => {
      const now = newest.current;
      if (now !== null) setValues((before) => [...before, now].slice(-length));
    }, 1000);
    return () => clearInterval(timer);
  }, [length]);
  return values;
}
