//! What is packed into a release is what lies in the folders.

use turnstone::embedded::{assets, messages, packing, pages, unpacked};

#[test]
fn a_package_holds_what_its_folder_holds() {
    for (files, known) in
        [(pages(), "tickets/page.html"), (messages(), "de/errors.ftl"), (assets(), "icons.svg")]
    {
        let files = files.unwrap();
        assert!(files.len() > 40 && files.contains_key(known), "{} files", files.len());
        let packed = packing::packed(&files).unwrap();
        let plain: usize = files.values().map(Vec::len).sum();
        assert!(packed.len() * 3 < plain, "{} of {plain} bytes", packed.len());
        assert_eq!(unpacked(&packed).unwrap(), files);
        // What is cut off is said, and is no crash.
        for part in [0, 1, packed.len() / 2, packed.len() - 1] {
            let _ = unpacked(&packed[..part]);
        }
        assert!(unpacked(&packed[..packed.len() / 2]).is_err());
    }
}
