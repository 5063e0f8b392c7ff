// Does with gulp what `next-smart-cache build` does: hash, copy, manifest.
import gulp from 'gulp';
import rev from 'gulp-rev';

// Gulp runs beside its gulpfile, which is where it finds itself; the files are elsewhere.
process.chdir(process.env.BENCH_APP);

export default () =>
  gulp.src('public/**', { encoding: false }).pipe(rev()).pipe(gulp.dest('revved')).pipe(rev.manifest()).pipe(gulp.dest('revved'));
