;; Dot products of one vector with many: int8 codes against an int16 query, summed in int32, so that every
;; machine computes the same number. Compiled into dot-products.ts; a test compares the two.
(module
  (memory (import "slab" "memory") 1)
  ;; For each of `count` ordinals: out[i] = codes[ordinals[i]] . query. `dims` is a multiple of 16.
  (func (export "dots")
    (param $ordinals i32) (param $count i32) (param $codes i32) (param $dims i32)
    (param $query i32) (param $out i32)
    (local $end i32) (local $a i32) (local $q i32) (local $stop i32) (local $x v128) (local $y v128)
    (local $touch i32) (local $ahead i32)
    (local.set $end (i32.add (local.get $ordinals) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $touch (local.get $ordinals))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $ordinals) (local.get $end)))
        ;; One load for each cache line of the next 16 vectors, none waiting for another: scattered vectors then
        ;; come from memory side by side instead of one after the other.
        (if (i32.eq (local.get $ordinals) (local.get $touch))
          (then
            (local.set $ahead (i32.add (local.get $ordinals) (i32.const 64)))
            (if (i32.gt_u (local.get $ahead) (local.get $end)) (then (local.set $ahead (local.get $end))))
            (loop $vector
              (local.set $a
                (i32.add (local.get $codes) (i32.mul (i32.load (local.get $touch)) (local.get $dims))))
              (local.set $stop (i32.add (local.get $a) (local.get $dims)))
              (loop $line
                (local.set $q (i32.xor (local.get $q) (i32.load (local.get $a))))
                (local.set $a (i32.add (local.get $a) (i32.const 64)))
                (br_if $line (i32.lt_u (local.get $a) (local.get $stop))))
              (local.set $touch (i32.add (local.get $touch) (i32.const 4)))
              (br_if $vector (i32.lt_u (local.get $touch) (local.get $ahead))))
            ;; Keeps the loads: their result is stored where the product goes next.
            (i32.store (local.get $out) (local.get $q))))
        (local.set $a
          (i32.add (local.get $codes) (i32.mul (i32.load (local.get $ordinals)) (local.get $dims))))
        (local.set $stop (i32.add (local.get $a) (local.get $dims)))
        (local.set $q (local.get $query))
        (local.set $x (v128.const i32x4 0 0 0 0))
        (local.set $y (v128.const i32x4 0 0 0 0))
        (loop $lanes
          (local.set $x (i32x4.add (local.get $x)
            (i32x4.dot_i16x8_s (v128.load8x8_s (local.get $a)) (v128.load (local.get $q)))))
          (local.set $y (i32x4.add (local.get $y)
            (i32x4.dot_i16x8_s (v128.load8x8_s offset=8 (local.get $a)) (v128.load offset=16 (local.get $q)))))
          (local.set $a (i32.add (local.get $a) (i32.const 16)))
          (local.set $q (i32.add (local.get $q) (i32.const 32)))
          (br_if $lanes (i32.lt_u (local.get $a) (local.get $stop))))
        (local.set $x (i32x4.add (local.get $x) (local.get $y)))
        (i32.store (local.get $out)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $x)) (i32x4.extract_lane 1 (local.get $x)))
            (i32.add (i32x4.extract_lane 2 (local.get $x)) (i32x4.extract_lane 3 (local.get $x)))))
        (local.set $ordinals (i32.add (local.get $ordinals) (i32.const 4)))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $next)))))
