import type { PaginationProps } from 'antd';
import { cloneElement, isValidElement, type HTMLAttributes } from 'react';
import { useTranslation } from 'react-i18next';

/** What all pagers have in common: the arrows have names. */
export function usePaging(): Pick<PaginationProps, 'itemRender' | 'showSizeChanger'> {
  const { t } = useTranslation();
  return {
    showSizeChanger: false,
    itemRender: (_page, type, element) =>
      (type === 'prev' || type === 'next') && isValidElement<HTMLAttributes<HTMLElement>>(element)
        ? cloneElement(element, { 'aria-label': t(`do.page_${type}`) })
        : element,
  };
}
